/* One thing in detail: a name and a value a line, for people; tab separated in the format plain. */
#ifndef CLI_SHEET_H
#define CLI_SHEET_H

#include "cli/output.h"

struct hv_sheet {
    struct hv_output *out;
    struct hv_table *table;
};

void hv_sheet_begin(struct hv_sheet *sheet, struct hv_output *out);
/* NULL and negative numbers mean absent. */
void hv_sheet_text(struct hv_sheet *sheet, const char *name, const char *value);
void hv_sheet_number(struct hv_sheet *sheet, const char *name, int64_t value);
/* "yes" and "no". */
void hv_sheet_flag(struct hv_sheet *sheet, const char *name, int64_t value);
void hv_sheet_printf(struct hv_sheet *sheet, const char *name, const char *format, ...) HV_ATTR_PRINTF(3, 4);
/* Prints it. */
void hv_sheet_end(struct hv_sheet *sheet);

#endif
