#!/usr/bin/env node
const line = `${'é'.repeat(49)}\n`;
const stream = process.argv[2] === 'stderr' ? process.stderr : process.stdout;
stream.write(line.repeat(52_000), () => process.exit(stream === process.stderr ? 1 : 0));
