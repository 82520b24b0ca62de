module.exports = { productionSourceMap: false };
