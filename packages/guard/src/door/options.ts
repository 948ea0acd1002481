import type { Socket } from 'node:net';
import type { LeaseEnd, RequestHandler } from '../request.ts';
import type { Room, RoomLimits } from './room.ts';
import type { Patience } from './strangers.ts';
import type { TokenTable } from './tokens.ts';
import type { Granted, Traffic } from './traffic.ts';
import type { UpstreamFor } from './upstream.ts';

export interface DoorOptions {
  /** 0 takes a free one. Always on 127.0.0.1. */
  port: number;
  tls: { key: string; cert: string };
  tokens: TokenTable;
  upstreamFor: UpstreamFor;
  handler: RequestHandler;
  requestId: () => string;
  /** The guard's lease, as it is known now: it is renewed while a request waits for credentials. */
  lease?: () => LeaseEnd | undefined;
  /** Reads the tokens again; asked for when one is not known. */
  refreshTokens?: () => Promise<void>;
  log?: (line: string, detail?: Record<string, unknown>) => void;
  /** Other ones than usual, for tests. */
  limits?: DoorLimits;
}

export interface DoorLimits {
  strangers?: Partial<Patience>;
  room?: Partial<RoomLimits>;
  /** For a body to come, in ms. */
  bodyTime?: number;
}

/** What the steps of a request share. */
export interface Within {
  room: Room;
  inside: Traffic;
  /** A connection has shown a good token. */
  known(socket: Socket, grant: Granted): void;
}
