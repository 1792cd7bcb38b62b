/** Sends a request and prints it with its answer, as it arrives. */
import { request as send } from 'node:http';

export interface Exchange {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

export function heading(text: string): void {
  console.log(`\n== ${text}`);
}

export async function show(title: string, what: Exchange): Promise<void> {
  heading(title);
  console.log(`> ${what.method} ${what.path}  ${what.body === undefined ? '' : JSON.stringify(what.body)}`);
  for (const [name, value] of Object.entries(what.headers ?? {}))
    console.log(`> ${name}: ${value.slice(0, 24)}…`);
  await exchange(what, (line) => console.log(`< ${line}`));
}

/** Resolves when the answer has ended. `print` gets status, headers and each piece of the body with its time. */
export function exchange(what: Exchange, print: (line: string) => void = () => {}): Promise<void> {
  const begin = Date.now();
  const headers = { host: 'api.agents.example.com', 'content-type': 'application/json', ...what.headers };
  return new Promise((resolve, reject) => {
    const request = send({ ...what, host: '127.0.0.1', headers, agent: false }, (answer) => {
      print(`${answer.statusCode} ${answer.statusMessage}`);
      for (let i = 0; i < answer.rawHeaders.length; i += 2)
        print(`${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}`);
      answer.on('data', (chunk: Buffer) => print(`+${Date.now() - begin} ms  ${chunk.toString().trim()}`));
      answer.on('end', resolve).on('error', reject);
    });
    request.on('error', reject).end(what.body === undefined ? undefined : JSON.stringify(what.body));
  });
}
