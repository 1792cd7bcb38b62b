/** What stands behind the gateway in the demonstration: an issuer of tokens, and a small agent for every Service. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface Issuer {
  readonly jwks: RequestListener;
  token(subject: string, claims?: Record<string, string>): Promise<string>;
}

/** Signs tokens and serves the public half of its key. */
export async function createIssuer(issuer: string, audience: string): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'demo', alg: 'ES256' }] });
  return {
    jwks: (_request, answer) => answer.setHeader('content-type', 'application/json').end(jwks),
    token: (subject, claims = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: 'demo' })
        .setSubject(subject)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey),
  };
}

/** Says what it got, or streams three words as events when the body asks for a stream. */
export function agent(name: string): RequestListener {
  return async (request, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString());
    if (body.stream === true) {
      answer.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const word of ['Hello', 'from', name]) {
        answer.write(`data: ${JSON.stringify({ delta: word })}\n\n`);
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
      answer.end('data: [DONE]\n\n');
      return;
    }
    const { 'x-user-id': user, 'x-org-id': org, 'x-plan': plan, 'x-api-version': version } = request.headers;
    answer.setHeader('content-type', 'application/json');
    answer.end(
      JSON.stringify({ backend: name, path: request.url, model: body.model, user, org, plan, version }),
    );
  };
}

/** Serves on a free port of this machine. */
export async function serve(listener: RequestListener): Promise<{ port: number; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, server };
}
