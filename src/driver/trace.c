/* Trace lines. */
#include "driver/trace.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "driver/host.h"

enum { LINE_SIZE = 1024 };

void hv_trace(const struct hv_client *client, const struct hv_host *host, const char *format, ...) {
    char text[LINE_SIZE];
    char line[LINE_SIZE + 256];
    va_list args;

    if (!client->options.trace)
        return;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)snprintf(line, sizeof(line), "%s %s", host ? host->name : "-", text);
    hv_text_trim_partial(line);
    for (char *at = line; *at; at++) {
        if ((unsigned char)*at < ' ')
            *at = ' ';
    }
    client->options.trace(client->options.trace_context, line);
}
