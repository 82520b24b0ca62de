target "app" {
  context = "."
  tags = [
    "ledgerd:2.0.1",
    "ledgerd:2.0",
    "ledgerd:2",
  ]
}
