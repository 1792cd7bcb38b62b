/** Runs programs to their end, and says what they said when they failed. */
import { execFileSync } from 'node:child_process';

/** @returns what it wrote to its output */
export function runCommand(command: string, args: readonly string[], folder: string): string {
  try {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    return execFileSync(command, [...args], { cwd: folder, encoding: 'utf8', stdio });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
  }
}
