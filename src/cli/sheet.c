/* Details as a table of two columns. */
#include "cli/sheet.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/size.h"

static const char *const headers[] = { "NAME", "VALUE" };

void hv_sheet_begin(struct hv_sheet *sheet, struct hv_output *out) {
    sheet->out = out;
    sheet->table = NULL;
    if (hv_table_new(headers, HV_ARRAY_SIZE(headers), &sheet->table, NULL) < 0)
        out->memory_failed = true;
}

void hv_sheet_text(struct hv_sheet *sheet, const char *name, const char *value) {
    if (!sheet->table)
        return;
    hv_table_cell(sheet->table, name);
    hv_table_cell(sheet->table, value);
}

void hv_sheet_number(struct hv_sheet *sheet, const char *name, int64_t value) {
    if (!sheet->table)
        return;
    hv_table_cell(sheet->table, name);
    hv_table_cell_number(sheet->table, value);
}

void hv_sheet_flag(struct hv_sheet *sheet, const char *name, int64_t value) {
    hv_sheet_text(sheet, name, value < 0 ? NULL : value ? "yes" : "no");
}

void hv_sheet_printf(struct hv_sheet *sheet, const char *name, const char *format, ...) {
    HV_CLEANUP_FREE char *text = NULL;
    va_list args;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0) {
        text = NULL;
        sheet->out->memory_failed = true;
    }
    va_end(args);
    hv_sheet_text(sheet, name, text);
}

void hv_sheet_end(struct hv_sheet *sheet) {
    if (sheet->table)
        hv_output_table(sheet->out, sheet->table);
    sheet->table = hv_table_free(sheet->table);
}
