// Behind Debian's Caddy with the configuration that we ship.
import test from 'node:test';

import {behavesBehind} from '../support/behind_proxy.mjs';
import {startCaddy} from '../support/proxies.mjs';

test('behind Caddy', (t) => behavesBehind(t, startCaddy));
