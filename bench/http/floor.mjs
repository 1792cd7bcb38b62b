// What Node itself costs a proxy that has no duties: copies bytes between bare sockets (MODE=sockets), or takes requests by
// Node's HTTP server and sends them on over bare sockets (MODE=http). Understands no more of HTTP than the measurement sends.
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';

const idle = [];

/** A connection to the backend that is free; it answers in one piece. */
function ask(text, onAnswer) {
  const socket =
    idle.pop() ?? connect({ host: '127.0.0.1', port: Number(process.env.BACKEND), noDelay: true });
  socket.once('data', (bytes) => {
    idle.push(socket);
    onAnswer(bytes.toString('latin1'));
  });
  socket.write(text, 'latin1');
}

function serveSockets() {
  return createServer({ noDelay: true }, (client) => {
    client.on('error', () => client.destroy());
    client.on('data', (bytes) => ask(bytes.toString('latin1'), (answer) => client.write(answer, 'latin1')));
  });
}

function serveHttp() {
  return createHttpServer((request, response) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      const head =
        `${request.method} ${request.url} HTTP/1.1\r\nhost: backend\r\nauthorization: ${request.headers.authorization}\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
      ask(head + body.toString('latin1'), (answer) => {
        const text = answer.slice(answer.indexOf('\r\n\r\n') + 4);
        response.writeHead(200, ['content-type', 'application/json', 'content-length', String(text.length)]);
        response.end(text, 'latin1');
      });
    });
  });
}

const server = process.env.MODE === 'http' ? serveHttp() : serveSockets();
server.listen({ port: Number(process.env.PORT), host: '127.0.0.1', backlog: 4096 });
