/* Answers every connection with "ok". */
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void stop(int signal) {
  (void)signal;
  _exit(0);
}

int main(void) {
  static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n";
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(7070)};
  int yes = 1, server = socket(AF_INET, SOCK_STREAM, 0);
  char buffer[1024];
  signal(SIGTERM, stop);
  signal(SIGPIPE, SIG_IGN);
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(server, (struct sockaddr *)&address, sizeof address) || listen(server, 16))
    return 1;
  for (;;) {
    int client = accept(server, 0, 0);
    if (client < 0)
      continue;
    (void)!read(client, buffer, sizeof buffer);
    (void)!write(client, answer, strlen(answer));
    close(client);
  }
}
