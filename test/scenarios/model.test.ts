/** The scenarios on the decisions of the model. */
import { explained, mutations, scenarios } from '../support/scenarios';

describe.each(scenarios())('$title', ({ model, requests }) => {
  it.each(requests)('$title', (request) => {
    expect(explained(model, request)).toMatchObject(request.expect);
  });

  it('lets no changed path reach a backend that the plain one does not', () => {
    const reachable = new Set(Object.keys(model.backends));
    for (const request of requests) {
      for (const path of mutations(request.path)) {
        const { backend, code } = explained(model, request, path);
        if (backend !== undefined) expect(reachable).toContain(backend);
        if (/%2e|\.\./.test(path)) expect([path, code]).toEqual([path, 'path_invalid']);
      }
    }
  });
});
