import { HttpProblem } from '../http/problem.ts';

/** @param headers of the answer, such as the challenge */
export function unauthorized(message: string, headers: Readonly<Record<string, string>> = {}): HttpProblem {
  return new HttpProblem(401, 'unauthorized', message, headers);
}
