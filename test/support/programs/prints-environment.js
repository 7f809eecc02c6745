#!/usr/bin/env node
const { env, argv, cwd } = process;
console.log(JSON.stringify({ env, argv: argv.slice(2), cwd: cwd() }));
