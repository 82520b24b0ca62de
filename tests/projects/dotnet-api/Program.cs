var app = WebApplication.CreateBuilder(args).Build();

app.MapGet("/healthz", () => "ok");
app.MapGet("/", () => DateTime.UtcNow);
app.Run();
