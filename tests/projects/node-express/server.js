const express = require("express");

const app = express();
const port = process.env.PORT || 3000;
const todos = ["water the plants"];

app.get("/todos", (request, response) => response.json(todos));
app.get("/healthz", (request, response) => response.send("ok"));

const server = app.listen(port, () => console.log(`listening on ${port}`));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
