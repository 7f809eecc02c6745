import { ScriptRefused } from './script-folders.ts';

/**
 * What cmd.exe takes for text wherever a batch file uses it, in quotes or not. A batch file is given its arguments and
 * its variables by putting them into its lines before they are read, and no way to write a `"`, `%`, `&` or line break
 * stays one through that.
 */
const plainText = /^[\p{L}\p{M}\p{N} _.,:;=+@#/\\~-]*$/u;

/**
 * Refuses to give a batch file what could become a command in it.
 * @param given names for people, such as `argument 2`, and values
 * @throws ScriptRefused naming the first that holds anything but letters, digits, blanks and `_.,:;=+@#/\~-`
 */
export function checkForCmdExe(command: string, given: Readonly<Record<string, string>>): void {
  const [name] = Object.entries(given).find(([, value]) => !plainText.test(value)) ?? [];
  if (name === undefined) return;
  throw new ScriptRefused(
    `${command} was not started: ${name} holds a character that cmd.exe may take for a command; to a .cmd or .bat go only letters, digits, blanks and _ . , : ; = + @ # / \\ ~ -, so make the script an .exe, or one whose first line names its interpreter`,
  );
}
