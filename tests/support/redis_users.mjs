// The users of deploy/redis, for servers of tests.
import fs from 'node:fs';
import path from 'node:path';

import {temporaryFolder} from './freshetd.mjs';

export const aclText = (name) => fs.readFileSync(new URL(`../../deploy/redis/${name}`, import.meta.url), 'utf8');

/** The users of a file in deploy/redis: name → {password, rules}; a selector is one rule. */
export function aclUsers(name) {
  return new Map(aclText(name).trim().split('\n').map((line) => {
    const [, user, rest] = line.match(/^user (\S+) (.*)$/);
    const rules = rest.match(/\([^)]*\)|\S+/g);
    return [user, {password: rules.find((rule) => rule.startsWith('>'))?.slice(1), rules}];
  }));
}

/** A copy of the file for one server, which may write to it. */
export function aclFile(t, name) {
  const file = path.join(temporaryFolder(t), name);
  fs.writeFileSync(file, aclText(name));
  return file;
}

/** startRedis' options for a server with the users of users.acl, whose client is the administrator. */
export function withUsers(t, args = []) {
  const {password} = aclUsers('users.acl').get('admin');
  return {args: ['--aclfile', aclFile(t, 'users.acl'), ...args], functions: false, login: {username: 'admin', password}};
}

export function passwordFile(t, password) {
  const file = path.join(temporaryFolder(t), 'password');
  fs.writeFileSync(file, `${password}\n`);
  return file;
}
