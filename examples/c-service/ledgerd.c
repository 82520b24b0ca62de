/*
 * ledgerd: a ledger total over HTTP/1.0, one request at a time.
 *
 *   GET /healthz   ok
 *   GET /          the total
 *   POST /entries  add the integer in the body
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST_MAX = 4096, TIMEOUT_S = 2 };

struct reply {
    int status;
    const char *reason;
    char body[64];
};

static long long total;

static void set_timeouts(int fd)
{
    const struct timeval limit = {.tv_sec = TIMEOUT_S};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/* Parse "a.b.c.d:port". */
static bool parse_address(const char *text, struct sockaddr_in *address)
{
    char host[INET_ADDRSTRLEN], rest;
    unsigned port;
    if (sscanf(text, "%15[0-9.]:%5u%c", host, &port, &rest) != 2 || port < 1 || port > 65535)
        return false;
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
    return inet_pton(AF_INET, host, &address->sin_addr) == 1;
}

/* Read the header and as much of the body as Content-Length tells; return the body. */
static char *read_request(int fd, char request[REQUEST_MAX])
{
    const time_t deadline = time(NULL) + TIMEOUT_S;
    size_t used = 0;
    while (used < REQUEST_MAX - 1 && time(NULL) <= deadline) {
        ssize_t got = recv(fd, request + used, REQUEST_MAX - 1 - used, 0);
        if (got <= 0)
            return NULL;
        used += (size_t)got;
        request[used] = '\0';

        char *body = strstr(request, "\r\n\r\n");
        if (!body)
            continue;
        body += 4;
        const char *field = strcasestr(request, "\r\nContent-Length:");
        size_t length = field && field < body ? strtoul(field + 17, NULL, 10) : 0;
        if (strlen(body) >= length)
            return body;
    }
    return NULL;
}

static struct reply add_entry(const char *body)
{
    char *end;
    errno = 0;
    long long amount = strtoll(body, &end, 10);
    bool empty = end == body;
    end += strspn(end, " \r\n");
    if (empty || *end || errno || __builtin_add_overflow(total, amount, &amount))
        return (struct reply){400, "Bad Request", "not an integer that fits\n"};

    total = amount;
    struct reply reply = {201, "Created", ""};
    snprintf(reply.body, sizeof reply.body, "%lld\n", total);
    return reply;
}

static struct reply answer(const char *method, const char *path, const char *body)
{
    struct reply reply = {200, "OK", "ok\n"};
    bool get = strcmp(method, "GET") == 0, post = strcmp(method, "POST") == 0;
    bool health = strcmp(path, "/healthz") == 0, root = strcmp(path, "/") == 0;
    bool entries = strcmp(path, "/entries") == 0;

    if (get && health)
        return reply;
    if (get && root) {
        snprintf(reply.body, sizeof reply.body, "%lld\n", total);
        return reply;
    }
    if (post && entries)
        return add_entry(body);
    if (health || root || entries)
        return (struct reply){405, "Method Not Allowed", "method not allowed\n"};
    return (struct reply){404, "Not Found", "not found\n"};
}

static void handle(int fd)
{
    char request[REQUEST_MAX], method[8] = "-", path[64] = "-", text[256];
    struct reply reply = {400, "Bad Request", "bad request\n"};
    int parsed = 0;

    set_timeouts(fd);
    const char *body = read_request(fd, request);
    if (body)
        sscanf(request, "%7[A-Z] %63[!-~] HTTP/1.%*1[01]%n", method, path, &parsed);
    if (parsed)
        reply = answer(method, path, body);

    int length = snprintf(text, sizeof text,
                          "HTTP/1.0 %d %s\r\nContent-Type: text/plain\r\n"
                          "Content-Length: %zu\r\n\r\n%s",
                          reply.status, reply.reason, strlen(reply.body), reply.body);
    send(fd, text, (size_t)length, 0);
    printf("%s %s %d\n", method, path, reply.status);
}

static int serve(const struct sockaddr_in *address)
{
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN); /* As PID 1 it inherits orphans; ignored, the kernel reaps them. */
    setvbuf(stdout, NULL, _IOLBF, 0);

    int signals = signalfd(-1, &stop, SFD_CLOEXEC), on = 1;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (signals < 0 || bind(listener, (const struct sockaddr *)address, sizeof *address) < 0 ||
        listen(listener, SOMAXCONN) < 0) {
        perror("ledgerd");
        return 1;
    }

    printf("ledgerd: listening on port %u\n", ntohs(address->sin_port));

    struct pollfd fds[] = {{.fd = signals, .events = POLLIN}, {.fd = listener, .events = POLLIN}};
    while (poll(fds, 2, -1) >= 0 || errno == EINTR) {
        if (fds[0].revents)
            return 0;
        int client = accept(listener, NULL, NULL);
        if (client < 0)
            continue;
        handle(client);
        close(client);
    }
    perror("ledgerd: poll");
    return 1;
}

static int ping(struct sockaddr_in address)
{
    static const char request[] = "GET /healthz HTTP/1.0\r\n\r\n", good[] = "HTTP/1.0 200 ";
    char reply[sizeof good] = "";
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    set_timeouts(fd);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool ok = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
              send(fd, request, sizeof request - 1, MSG_NOSIGNAL) > 0 &&
              recv(fd, reply, sizeof good - 1, MSG_WAITALL) > 0 && strcmp(reply, good) == 0;
    close(fd);
    return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
    const char *where = getenv("LEDGERD_LISTEN");
    bool pinging = argc == 2 && strcmp(argv[1], "--ping") == 0;
    bool listening = argc == 3 && strcmp(argv[1], "--listen") == 0;
    struct sockaddr_in address;

    if (listening)
        where = argv[2];
    if ((argc > 1 && !pinging && !listening) ||
        !parse_address(where ? where : "0.0.0.0:9000", &address)) {
        fprintf(stderr, "usage: ledgerd [--listen IP:PORT | --ping]\n"
                        "LEDGERD_LISTEN, else 0.0.0.0:9000, is the default IP:PORT\n");
        return 2;
    }
    return pinging ? ping(address) : serve(&address);
}
