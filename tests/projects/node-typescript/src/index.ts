import { createServer } from "node:http";

const port = Number(process.env.PORT ?? 4000);

const server = createServer((request, response) => {
  response.statusCode = request.url === "/health" ? 200 : 404;
  response.end("ok\n");
});

server.listen(port);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
