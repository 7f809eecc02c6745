import { win32 } from 'node:path';
import type { FileHead } from './file-head.ts';

/** `cmd.exe` is a shell: what it is given must hold nothing that it would take for more than text. */
export type Way = 'directly' | 'by cmd.exe';

/** The system can not start a file that begins like this; the message says what to do. */
export class NotStartable extends Error {}

/**
 * How a platform starts a file, without a shell of ours.
 * @param beginning null when the file can not be read: the system knows
 * @throws NotStartable
 */
export function wayToStart(file: string, head: FileHead | null, platform: NodeJS.Platform): Way {
  return platform === 'win32' ? onWindows(file, head) : onUnix(head);
}

/** The C library hands a text that names no interpreter to /bin/sh, and a handler is started without a shell. */
function onUnix(head: FileHead | null): Way {
  if (!head || head.binary) return 'directly';
  const { shebang, marked } = head;
  if (marked) throw new NotStartable('it begins with a byte order mark: save it as UTF-8 without one');
  if (!shebang?.trim()) {
    throw new NotStartable('its first line must name its interpreter, such as #!/bin/sh');
  }
  if (shebang.includes('\r')) {
    throw new NotStartable(
      'its first line ends as lines do on Windows (CR LF), and the system takes the CR for a part of the name: save it with LF line ends',
    );
  }
  return 'directly';
}

/** An interpreter, which is looked for in PATH by its name alone, with no option behind it. */
const bareInterpreter = /^(?:\S*[/\\])?(?:env[ \t]+[^\s-]\S*|(?!env\s*$)[^\s/\\]+)\s*$/;

/** What else the system would open with the program of its kind, or by a shell, is no script. */
function onWindows(file: string, head: FileHead | null): Way {
  switch (win32.extname(file).toLowerCase()) {
    case '.exe':
    case '.com':
      return 'directly';
    case '.cmd':
    case '.bat':
      return 'by cmd.exe';
  }
  if (head?.shebang == null) {
    throw new NotStartable(
      'on Windows a script is an .exe, .cmd or .bat, or its first line names its interpreter, such as #!/usr/bin/env node',
    );
  }
  if (!bareInterpreter.test(head.shebang)) {
    throw new NotStartable(
      'on Windows its first line must name an interpreter without options, such as #!/usr/bin/env node',
    );
  }
  return 'directly';
}
