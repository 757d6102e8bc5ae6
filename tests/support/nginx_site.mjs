// The project's own configuration of nginx (deploy/nginx/*.conf), fitted to a test.
import {replaced, shipped} from './shipped.mjs';

/** freshet.conf in front of these unix sockets. */
export const siteFor = (sockets) => replaced(shipped('nginx/freshet.conf'), /(?: {4}server unix:\S+ max_fails=0;\n)+/,
  () => sockets.map((socket) => `    server unix:${socket} max_fails=0;\n`).join(''));

const listenLines = /listen 443 ssl([^\n]*)\n +listen \[::\]:443 [^\n]*/;

/** On a port of loopback, with a certificate. */
export function overTls(site, port, {certificate, key}) {
  site = replaced(site, listenLines, `listen 127.0.0.1:${port} ssl$1`);
  site = replaced(site, /ssl_certificate \S+;/, `ssl_certificate ${certificate};`);
  return replaced(site, /ssl_certificate_key \S+;/, `ssl_certificate_key ${key};`);
}

/** On a port of loopback, without TLS. */
export const withoutTls = (site, port) =>
  replaced(replaced(site, listenLines, `listen 127.0.0.1:${port};`), /(?: {4}ssl_\w+ [^\n]*\n)+/, '');

/** With the users of a session backend: its URL in auth_request.conf. */
export function withUsersOf(site, session) {
  const users = replaced(shipped('nginx/auth_request.conf'), /http:\/\/127\.0\.0\.1:3000\/session/, () => session);
  return replaced(site, / {4}location = \/events \{[^]*?\n {4}\}\n/, () => users);
}

/** For many clients that have one address. */
export const forACrowd = (site) => replaced(replaced(site, /limit_conn freshet_streams \d+;/, 'limit_conn freshet_streams 65000;'),
  /rate=\d+r\/s/, 'rate=10000r/s');
