// Serves the page; the numbers come from publish.py.
import {fileURLToPath} from 'node:url';

import {startApp} from '../common/app.mjs';

await startApp(fileURLToPath(new URL('.', import.meta.url)));
