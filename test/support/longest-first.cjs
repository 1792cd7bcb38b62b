/** The order of test files: those that take longest first, so that none of them is left running alone at the end. */
const Sequencer = require('@jest/test-sequencer').default;

const LONGEST = [
  'test/package/',
  'test/faults/',
  'test/pulumi/',
  'test/conformance/',
  'test/router/limits/',
  'test/cluster/',
  'test/props/',
];

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const place = LONGEST.findIndex((folder) => path.includes(`/${folder}`));
      return place < 0 ? LONGEST.length : place;
    };
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
};
