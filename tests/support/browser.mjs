// Headless Chromium, and pages for it from a web server on loopback.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {chromium} from 'playwright-core';

import {deadlineMs} from './wait.mjs';

const modules = fileURLToPath(new URL('../node_modules', import.meta.url));

const chromiumArguments = ['--no-sandbox', '--headless', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** A browser with a profile of its own: a context of playwright-core, closed with the test. */
export async function startBrowser(t, options = {}) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'chromium-test-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.FRESHET_CHROMIUM ?? '/usr/bin/chromium', args: chromiumArguments, timeout: deadlineMs, ...options,
  });
  t.after(async () => {
    await context.close();
    // Its last processes may still be writing there.
    fs.rmSync(profile, {recursive: true, force: true, maxRetries: 10, retryDelay: 100});
  });
  context.setDefaultTimeout(deadlineMs);
  return context;
}

/**
 * A web server of its own origin: an empty page at every path but /modules/…, where tests/node_modules is (files that
 * ES modules name without ".js" are found too). Returns its origin.
 */
export async function servePages(t) {
  const server = http.createServer((request, reply) => {
    const {pathname} = new URL(request.url, 'http://localhost');
    if (!pathname.startsWith('/modules/')) {
      reply.setHeader('Content-Type', 'text/html').end('<!doctype html><title>test</title>');
      return;
    }
    const file = path.join(modules, path.normalize(pathname.slice('/modules'.length)));
    const found = [file, `${file}.js`].find((each) => fs.existsSync(each) && fs.statSync(each).isFile());
    reply.statusCode = found ? 200 : 404;
    reply.setHeader('Content-Type', 'text/javascript').end(found ? fs.readFileSync(found) : '');
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/** Opens an empty page of an origin, with an empty list `received` for what its clients get. */
export async function openPage(t, browser, origin) {
  const page = await browser.newPage();
  t.after(() => page.close());
  await page.goto(origin);
  await page.evaluate(() => {
    window.received = [];
  });
  return page;
}

/** Waits until the page has received `count` entries, and returns them. */
export async function receivedBy(page, count) {
  try {
    await page.waitForFunction((wanted) => window.received.length >= wanted, count);
  } catch (error) {
    error.message += `\nreceived: ${JSON.stringify(await page.evaluate(() => window.received))}`;
    throw error;
  }
  return page.evaluate(() => window.received);
}
