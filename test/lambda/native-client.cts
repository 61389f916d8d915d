// Stands in for the runtime client's native addon, which sends answers and errors to the Runtime API. Fetching the next
// event the client can do by HTTP itself: AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1.
const { request } = require('node:http') as typeof import('node:http');

const [hostname, port] = (process.env.AWS_LAMBDA_RUNTIME_API ?? '').split(':');

const post = (path: string, body: string): void => {
  request({ hostname, port, method: 'POST', path: `/2018-06-01/runtime/invocation/${path}` }, (response) =>
    response.resume(),
  ).end(body);
};

exports.done = (id: string, body: string) => post(`${id}/response`, body);
exports.error = (id: string, body: string) => post(`${id}/error`, body);
