/** What the first line of a script of each stack names. */
export const interpreters = {
  sh: '/bin/sh',
  python: '/usr/bin/env python3',
  node: '/usr/bin/env node',
  php: '/usr/bin/env php',
};
export type Stack = keyof typeof interpreters;

/** A script, and what comes of a call to it. */
export interface Row {
  readonly stack: Stack;
  readonly does: string;
  readonly script: string;
  /** The response of a success, or what the error of a failure is like. */
  readonly response?: string | RegExp;
  readonly error?: RegExp;
  /** The script is given so many bytes besides. */
  readonly ballast?: number;
}

/** The envelope that it is given. */
export const body = (ballast = 0): string =>
  JSON.stringify({
    event: { events_id: 'clients.create', object_id: 12 },
    data: { ballast: 'x'.repeat(ballast) },
  });
/** More than a pipe holds. */
export const big = 400_000;

export const py = (script: string): string => `import sys, os, json, subprocess\n${script}`;
export const js = (script: string): string => `const fs = require('node:fs');\n${script}`;
