// A small HTTP server that ends when it is asked to, as a Node app should.
const fastify = require("fastify")();

fastify.get("/", async () => ({ greeting: "Hello" }));

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    await fastify.close();
    process.exit(0);
  });
}

fastify.listen({ host: "0.0.0.0", port: Number(process.env.PORT ?? 3000) });
