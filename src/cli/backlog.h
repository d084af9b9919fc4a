/*
 * Items of a list that wait for the description of their class: with --types each class that turns up is described once, while
 * the list goes on. Order is kept.
 */
#ifndef CLI_BACKLOG_H
#define CLI_BACKLOG_H

#include "cli/connect.h"
#include "cli/printer.h"
#include "cli/types.h"

/* Items beyond that are printed with the types that are known. */
enum { HV_BACKLOG_MAX = 50000 };

struct hv_backlog_item;
struct hv_backlog_lookup;

struct hv_backlog {
    struct hv_printer *printer;
    struct hv_types *types;
    struct hv_connection *connection;
    struct hv_backlog_item *first;
    struct hv_backlog_item **end;
    size_t n_items;
    struct hv_backlog_lookup *lookups;
    size_t n_lookups;
};

/* All three outlive it. */
void hv_backlog_init(struct hv_backlog *backlog, struct hv_printer *printer, struct hv_types *types,
                     struct hv_connection *connection);
/* What still waits is dropped. */
void hv_backlog_deinit(struct hv_backlog *backlog);
/*
 * Prints an item, or keeps it (*instance is then NULL). EPR is printed with it and stays the caller's; with an instance it must
 * be hv_instance_epr. Errors: MEMORY.
 */
HV_MUST_CHECK int hv_backlog_add(struct hv_backlog *backlog, struct hv_instance **instance, const struct hv_epr *epr,
                                 struct hv_error *err);
/* Prints whatever waits: the list and the look-ups have ended. */
void hv_backlog_finish(struct hv_backlog *backlog);

#endif
