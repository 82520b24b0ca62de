require "sinatra"

get "/health" do
  "ok"
end

get "/" do
  "hello"
end
