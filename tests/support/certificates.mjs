// Certificates as an operator makes them, with the openssl command.
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const openssl = (...args) => execFileSync('openssl', args, {stdio: ['ignore', 'pipe', 'pipe']});

/** Signs certificates, all of them files in `folder`: `file` is its own. */
export class Authority {
  constructor(folder, name = 'authority') {
    Object.assign(this, {folder, name, file: path.join(folder, `${name}.crt`), key: path.join(folder, `${name}.key`)});
    openssl('req', '-x509', ...newKey, '-days', '2', '-subj', `/CN=${name}`, '-keyout', this.key, '-out', this.file);
  }

  /** {certificate, key}: two files. `names` are like DNS:redis.test and IP:127.0.0.1; with days: -1 it has expired. */
  issue(name, {names = ['IP:127.0.0.1'], days = 2} = {}) {
    const at = (ending) => path.join(this.folder, `${this.name}-${name}.${ending}`);
    openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', at('key'), '-out', at('csr'));
    fs.writeFileSync(at('ext'), `subjectAltName=${names.join(',')}\n`);
    openssl('x509', '-req', '-in', at('csr'), '-CA', this.file, '-CAkey', this.key, '-days', String(days),
      '-extfile', at('ext'), '-out', at('crt'));
    return {certificate: at('crt'), key: at('key')};
  }
}
