/**
 * Loaded into every test process (NODE_OPTIONS --import): a connection to anything but this machine is an error.
 *
 * Tests must pass with the cable out, and a library that calls home must be seen. Sockets made by native code do not pass
 * through here; the continuous integration run covers those by taking the network away.
 */
import { Socket } from "node:net";

const local = /^(localhost|127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+|0\.0\.0\.0|::)$/;
const connect = Socket.prototype.connect;

Socket.prototype.connect = function connectToThisMachineOnly(...parameters) {
  // net.connect() hands on its normalised parameters as one array; a caller of socket.connect() gives them as they are.
  const [first, second] = Array.isArray(parameters[0]) ? parameters[0] : parameters;
  const path = typeof first === "object" ? first.path : typeof first === "string" && Number.isNaN(Number(first));
  const host = typeof first === "object" ? first.host : typeof second === "string" ? second : undefined;
  if (!path && host !== undefined && !local.test(host)) {
    throw new Error(`A test tried to reach the network: ${host}. Serve what it needs on 127.0.0.1.`);
  }
  return connect.apply(this, parameters);
};
