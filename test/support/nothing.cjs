/** Stands for packages that are loaded and never used. */
module.exports = {};
