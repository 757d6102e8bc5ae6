// Headless Firefox as Debian has it, driven over WebDriver BiDi: what the tests need of it, in the words of playwright's pages.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {WebSocket} from 'ws';

import {Program} from './process.mjs';
import {until, within} from './wait.mjs';

// Firefox itself sets what tests want (no updates, no telemetry) when it is driven; this is beyond that.
const preferences = {
  'browser.shell.checkDefaultBrowser': false,
  'network.http.http3.enable': false,
  'network.proxy.type': 0,
};

/** One tab. */
class Page {
  constructor(browser, context) {
    Object.assign(this, {browser, context});
  }

  /** Loads a page, to the end of its load event. */
  async goto(url) {
    await this.browser.command('browsingContext.navigate', {context: this.context, url, wait: 'complete'});
  }

  /** Calls a function in the page. Argument and result, or what a promise of it comes to, go as JSON. */
  async evaluate(call, argument = null) {
    const {type, result, exceptionDetails} = await this.browser.command('script.callFunction', {
      functionDeclaration: `async (json) => JSON.stringify(await (${call})(JSON.parse(json)))`,
      arguments: [{type: 'string', value: JSON.stringify(argument)}],
      target: {context: this.context}, awaitPromise: true,
    });
    if (type === 'exception') throw new Error(`in the page: ${exceptionDetails.text}\n${call}`);
    return result.type === 'undefined' ? undefined : JSON.parse(result.value);
  }

  /** Waits until a function of the page gives something truthy, and returns that. */
  waitForFunction(condition, argument) {
    return until(() => this.evaluate(condition, argument), `${condition} in Firefox`);
  }

  /** Closes the tab, unless it is closed or has gone with the browser. */
  async close() {
    if (this.closed || !this.browser.open) return;
    this.closed = true;
    await this.browser.command('browsingContext.close', {context: this.context});
  }
}

/** A running Firefox; see startFirefox. */
export class Firefox {
  #calls = new Map();
  #last = 0;

  get open() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /** Connects to the WebDriver BiDi of a Firefox and begins a session. */
  async connect(url) {
    this.socket = new WebSocket(`${url}/session`);
    this.socket.on('message', (text) => {
      const {id, type, error, message, result} = JSON.parse(text);
      const call = this.#calls.get(id);
      this.#calls.delete(id);
      if (type === 'success') call?.resolve(result);
      if (type === 'error') call?.reject(new Error(`${call.method}: ${error}: ${message}`));
    });
    this.socket.on('close', () => {
      for (const {method, reject} of this.#calls.values()) reject(new Error(`${method}: Firefox is gone`));
    });
    await within(new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject)), 'a connection to Firefox');
    const {capabilities} = await this.command('session.new', {capabilities: {alwaysMatch: {acceptInsecureCerts: true}}});
    this.version = capabilities.browserVersion;
    return this;
  }

  /** One command of WebDriver BiDi, its result. */
  command(method, params) {
    const id = ++this.#last;
    const answer = new Promise((resolve, reject) => this.#calls.set(id, {method, resolve, reject}));
    this.socket.send(JSON.stringify({id, method, params}));
    return within(answer, `the answer to ${method}`);
  }

  /** A new tab. */
  async newPage() {
    const {context} = await this.command('browsingContext.create', {type: 'tab'});
    return new Page(this, context);
  }
}

/** A Firefox with a profile of its own, closed with the test. */
export async function startFirefox(t) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'firefox-test-'));
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
  fs.writeFileSync(path.join(profile, 'user.js'), lines.join(''));
  const program = new Program(process.env.FRESHET_FIREFOX ?? '/usr/bin/firefox-esr',
    ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'], {env: {HOME: profile}});
  const firefox = new Firefox();
  t.after(async () => {
    firefox.socket?.terminate();
    if (program.running) await program.kill9();
    // Its last processes may still be writing there.
    fs.rmSync(profile, {recursive: true, force: true, maxRetries: 10, retryDelay: 100});
  });
  const [, url] = await program.output(/WebDriver BiDi listening on (ws:\S+)/);
  return firefox.connect(url);
}
