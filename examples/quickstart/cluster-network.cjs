// Stands for cluster DNS and kube-proxy: connections to `<service>:<port>` go to a port of this machine instead.
// Loaded into the router's process before its program (NODE_OPTIONS=--require).
const net = require('node:net');

const services = JSON.parse(process.env.CLUSTER_SERVICES);
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...args) {
  // node:net hands on its arguments as one normalised array: [options, callback].
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  const port = services[`${options?.host}:${options?.port}`];
  if (port !== undefined) Object.assign(options, { host: '127.0.0.1', port });
  return connect.apply(this, args);
};
