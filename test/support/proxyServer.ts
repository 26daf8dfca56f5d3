/** A proxy that makes tunnels (RFC 9110, 9.3.6) and notes where they lead. */
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface ProxyOptions {
  /** It speaks TLS, with a certificate that nobody knows. */
  readonly secure?: boolean;
  /** The header `Proxy-Authorization` that it asks for. */
  readonly authorization?: string;
  /** Where names lead that only the proxy knows, as "host:port". */
  readonly names?: Readonly<Record<string, string>>;
}

export interface ProxyServer {
  readonly url: string;
  /** The targets that were asked for, as "host:port". */
  readonly asked: string[];
  readonly stop: () => void;
}

/** Starts a proxy, which the caller stops. */
export async function startProxy(options: ProxyOptions = {}): Promise<ProxyServer> {
  const asked: string[] = [];
  const server = options.secure ? createSecureServer(selfSigned) : createServer();
  const tunnel = (request: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => undefined);
    const { authorization, names = {} } = options;
    if (authorization !== undefined && request.headers['proxy-authorization'] !== authorization) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    asked.push(request.url!);
    const [host, port] = (names[request.url!] ?? request.url!).split(':');
    const target = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => socket.destroy());
  };
  server.on('connect', tunnel);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: options.secure ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    asked,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A certificate for "localhost" that signs itself; it opens nothing. */
const selfSigned = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBgDCCASWgAwIBAgIUCAUNz64Fxhv+zqxDLvh+mXRBhMMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzA4MjM1NVoYDzIxMjYxMDMw
MDgyMzU1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATHj5iC40Eyv81ttQStLVWSW7D5ISWI3oG//zTnJmOkrtLhZta48Vcd
I6r6/RL8qpbewXn42Y+T1mZm82ZR4p3lo1MwUTAdBgNVHQ4EFgQUFzwOgpyDQwqb
Oegi+XT1bsLIwPYwHwYDVR0jBBgwFoAUFzwOgpyDQwqbOegi+XT1bsLIwPYwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEArdxO1JDYovrmqJAOU/TH
470UKciGrViVo2g10LtBM08CIQCo4FvgV8qnWks6yMNAVYbRNkvsUcoz2dJY3Vi+
+qLFkQ==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgtZAtYdto3Pzh9iwV
VDRTM/LseZC/x0eB8mgUc6nvj8ChRANCAATHj5iC40Eyv81ttQStLVWSW7D5ISWI
3oG//zTnJmOkrtLhZta48VcdI6r6/RL8qpbewXn42Y+T1mZm82ZR4p3l
-----END PRIVATE KEY-----
`,
};
