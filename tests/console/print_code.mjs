// Prints the code that the console shows for a request: `node print_code.mjs LANGUAGE < request.json`

import { readFileSync } from 'node:fs';
import { codeOf } from '../../crates/server/src/console/assets/code.js';

process.stdout.write(codeOf(process.argv[2], JSON.parse(readFileSync(0, 'utf8'))) ?? '');
