/* WQL: text to tree. */
#include "wql.h"

#include <string.h>

#include "base/buf.h"
#include "base/size.h"
#include "base/text.h"
#include "model.h"

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,
    TOKEN_NUMBER,
    TOKEN_TEXT,   /* quoted; VALUE is unescaped */
    TOKEN_BRACES, /* { ... }; VALUE is what stands between */
    TOKEN_SYMBOL, /* * , ( ) = <> != < > <= >= */
    TOKEN_BAD,
};

struct parser {
    const char *at;
    struct sim_wql *wql;
    struct sim_soap_fault *fault;
    enum token_kind token;
    struct hv_buf value;
    int depth;
};

struct sim_wql *sim_wql_free(struct sim_wql *wql) {
    if (!wql)
        return NULL;
    for (size_t i = 0; i < wql->n_columns; i++)
        free(wql->columns[i]);
    for (size_t i = 0; i < wql->n_nodes; i++) {
        free(wql->nodes[i].property);
        free(wql->nodes[i].text);
    }
    free(wql->columns);
    free(wql->nodes);
    free(wql->class_name);
    free(wql->assoc_class);
    free(wql->result_class);
    free(wql->role);
    free(wql->result_role);
    (void)sim_path_free(wql->object);
    free(wql);
    return NULL;
}

/* ---- tokens ---- */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_word(char c) {
    char lower = hv_text_lower(c);

    return (lower >= 'a' && lower <= 'z') || c == '_' || is_digit(c) || (unsigned char)c >= 0x80;
}

/* From the character after the quote up to the closing one; a backslash takes the next character as it is. */
static enum token_kind read_quoted(struct parser *parser, char quote) {
    while (*parser->at && *parser->at != quote) {
        if (*parser->at == '\\' && parser->at[1])
            parser->at++;
        hv_buf_putc(&parser->value, *parser->at++);
    }
    if (!*parser->at)
        return TOKEN_BAD;
    parser->at++;
    return TOKEN_TEXT;
}

static enum token_kind read_braces(struct parser *parser) {
    char quote = '\0';

    for (; *parser->at && (quote || *parser->at != '}'); parser->at++) {
        hv_buf_putc(&parser->value, *parser->at);
        if (quote && *parser->at == '\\' && parser->at[1])
            hv_buf_putc(&parser->value, *++parser->at);
        else if (quote && *parser->at == quote)
            quote = '\0';
        else if (!quote && (*parser->at == '"' || *parser->at == '\''))
            quote = *parser->at;
    }
    if (!*parser->at)
        return TOKEN_BAD;
    parser->at++;
    return TOKEN_BRACES;
}

static enum token_kind read_symbol(struct parser *parser) {
    static const char *const symbols[] = { "<>", "!=", "<=", ">=", "<", ">", "=", "*", ",", "(", ")" };

    for (size_t i = 0; i < HV_ARRAY_SIZE(symbols); i++) {
        if (hv_text_starts(parser->at, symbols[i])) {
            hv_buf_puts(&parser->value, symbols[i]);
            parser->at += strlen(symbols[i]);
            return TOKEN_SYMBOL;
        }
    }
    return TOKEN_BAD;
}

static enum token_kind read_number(struct parser *parser) {
    if (*parser->at == '+')
        parser->at++;
    do
        hv_buf_putc(&parser->value, *parser->at++);
    while (is_digit(*parser->at));
    return is_word(*parser->at) ? TOKEN_BAD : TOKEN_NUMBER;
}

static bool at_number(const char *at) {
    return is_digit(*at) || ((*at == '-' || *at == '+') && is_digit(at[1]));
}

static enum token_kind read_token(struct parser *parser) {
    parser->at += strspn(parser->at, " \t\r\n");
    if (!*parser->at)
        return TOKEN_END;
    if (*parser->at == '"' || *parser->at == '\'')
        return read_quoted(parser, *parser->at++);
    if (*parser->at == '{') {
        parser->at++;
        return read_braces(parser);
    }
    if (at_number(parser->at))
        return read_number(parser);
    if (!is_word(*parser->at))
        return read_symbol(parser);
    while (is_word(*parser->at) || (*parser->at == '.' && is_word(parser->at[1])))
        hv_buf_putc(&parser->value, *parser->at++);
    return TOKEN_WORD;
}

static void next(struct parser *parser) {
    hv_buf_reset(&parser->value);
    parser->token = read_token(parser);
}

static const char *value(const struct parser *parser) {
    return hv_buf_text(&parser->value);
}

static bool at_word(const struct parser *parser, const char *word) {
    return parser->token == TOKEN_WORD && hv_text_same(value(parser), word);
}

static bool at_symbol(const struct parser *parser, const char *symbol) {
    return parser->token == TOKEN_SYMBOL && strcmp(value(parser), symbol) == 0;
}

static bool bad_query(struct parser *parser, const char *what) {
    return sim_fail_wmi_as(parser->fault, SIM_F_CANNOT_PROCESS_FILTER, SIM_WBEM_INVALID_QUERY, "The query is not valid: %s.",
                           what);
}

static bool expect_word(struct parser *parser, const char *word) {
    if (!at_word(parser, word))
        return bad_query(parser, word);
    next(parser);
    return true;
}

/* The text of the token now, moved to *TARGET. */
static bool take_value(struct parser *parser, char **target) {
    free(*target);
    *target = strdup(value(parser));
    if (!*target)
        return sim_fail_memory(parser->fault);
    next(parser);
    return true;
}

static bool take_name(struct parser *parser, char **target, const char *what) {
    if (parser->token != TOKEN_WORD)
        return bad_query(parser, what);
    return take_value(parser, target);
}

/* ---- WHERE ---- */

static bool add_node(struct parser *parser, enum sim_wql_op op, size_t *ret_node) {
    struct sim_wql *wql = parser->wql;
    struct sim_wql_node *nodes;

    if (wql->n_nodes >= SIM_WQL_MAX_NODES)
        return bad_query(parser, "too many conditions");
    nodes = hv_grow(wql->nodes, wql->n_nodes, sizeof(*nodes));
    if (!nodes)
        return sim_fail_memory(parser->fault);
    wql->nodes = nodes;
    nodes[wql->n_nodes] = (struct sim_wql_node){ .op = op };
    *ret_node = wql->n_nodes++;
    return true;
}

static bool add_parent(struct parser *parser, enum sim_wql_op op, size_t left, size_t right, size_t *ret_node) {
    if (!add_node(parser, op, ret_node))
        return false;
    parser->wql->nodes[*ret_node].left = left;
    parser->wql->nodes[*ret_node].right = right;
    return true;
}

static bool take_literal(struct parser *parser, struct sim_wql_node *node) {
    if (parser->token == TOKEN_TEXT || parser->token == TOKEN_NUMBER) {
        node->literal = parser->token == TOKEN_TEXT ? SIM_WQL_TEXT : SIM_WQL_NUMBER;
        return take_value(parser, &node->text);
    }
    if (at_word(parser, "TRUE") || at_word(parser, "FALSE")) {
        node->literal = at_word(parser, "TRUE") ? SIM_WQL_TRUE : SIM_WQL_FALSE;
        next(parser);
        return true;
    }
    if (parser->token == TOKEN_WORD && strchr(value(parser), '.')) {
        node->literal = SIM_WQL_PROPERTY;
        return take_value(parser, &node->text);
    }
    return bad_query(parser, "a literal is missing");
}

/* Makes NOT of the node. */
static bool negate(struct parser *parser, size_t *node) {
    return add_parent(parser, SIM_WQL_NOT, *node, 0, node);
}

static bool parse_is(struct parser *parser, size_t *node) {
    bool negated;

    next(parser);
    negated = at_word(parser, "NOT");
    if (negated)
        next(parser);
    if (!expect_word(parser, "NULL"))
        return false;
    parser->wql->nodes[*node].op = SIM_WQL_IS_NULL;
    return !negated || negate(parser, node);
}

static bool parse_compared(struct parser *parser, size_t *node) {
    static const struct {
        const char *symbol;
        enum sim_wql_op op;
    } ops[] = { { "=", SIM_WQL_EQ }, { "<>", SIM_WQL_NE }, { "!=", SIM_WQL_NE }, { "<", SIM_WQL_LT },
                { ">", SIM_WQL_GT }, { "<=", SIM_WQL_LE }, { ">=", SIM_WQL_GE } };

    for (size_t i = 0; i < HV_ARRAY_SIZE(ops); i++) {
        if (!at_symbol(parser, ops[i].symbol))
            continue;
        next(parser);
        if (at_word(parser, "NULL") && (ops[i].op == SIM_WQL_EQ || ops[i].op == SIM_WQL_NE)) {
            next(parser);
            parser->wql->nodes[*node].op = SIM_WQL_IS_NULL;
            return ops[i].op == SIM_WQL_EQ || negate(parser, node);
        }
        parser->wql->nodes[*node].op = ops[i].op;
        return take_literal(parser, &parser->wql->nodes[*node]);
    }
    return bad_query(parser, "an operator is missing");
}

static bool parse_condition(struct parser *parser, size_t *ret_node) {
    bool negated = false;

    if (!add_node(parser, SIM_WQL_EQ, ret_node) ||
        !take_name(parser, &parser->wql->nodes[*ret_node].property, "a property name is missing"))
        return false;
    if (at_word(parser, "IS"))
        return parse_is(parser, ret_node);
    if (at_word(parser, "ISA")) {
        next(parser);
        parser->wql->nodes[*ret_node].op = SIM_WQL_ISA;
        return take_literal(parser, &parser->wql->nodes[*ret_node]);
    }
    if (at_word(parser, "NOT")) {
        next(parser);
        negated = true;
    }
    if (at_word(parser, "LIKE")) {
        next(parser);
        parser->wql->nodes[*ret_node].op = SIM_WQL_LIKE;
        if (parser->token != TOKEN_TEXT)
            return bad_query(parser, "LIKE needs a text");
        return take_literal(parser, &parser->wql->nodes[*ret_node]) && (!negated || negate(parser, ret_node));
    }
    return negated ? bad_query(parser, "LIKE") : parse_compared(parser, ret_node);
}

static bool parse_or(struct parser *parser, size_t *ret_node);

static bool parse_factor(struct parser *parser, size_t *ret_node) {
    bool good;

    if (++parser->depth > SIM_WQL_MAX_DEPTH)
        return bad_query(parser, "nested too deep");
    if (at_word(parser, "NOT")) {
        next(parser);
        good = parse_factor(parser, ret_node) && negate(parser, ret_node);
    } else if (at_symbol(parser, "(")) {
        next(parser);
        good = parse_or(parser, ret_node) && (at_symbol(parser, ")") || bad_query(parser, "a parenthesis is not closed"));
        if (good)
            next(parser);
    } else {
        good = parse_condition(parser, ret_node);
    }
    parser->depth--;
    return good;
}

static bool parse_and(struct parser *parser, size_t *ret_node) {
    if (!parse_factor(parser, ret_node))
        return false;
    while (at_word(parser, "AND")) {
        size_t right;
        next(parser);
        if (!parse_factor(parser, &right) || !add_parent(parser, SIM_WQL_AND, *ret_node, right, ret_node))
            return false;
    }
    return true;
}

static bool parse_or(struct parser *parser, size_t *ret_node) {
    if (!parse_and(parser, ret_node))
        return false;
    while (at_word(parser, "OR")) {
        size_t right;
        next(parser);
        if (!parse_and(parser, &right) || !add_parent(parser, SIM_WQL_OR, *ret_node, right, ret_node))
            return false;
    }
    return true;
}

/* ---- statements ---- */

static bool add_column(struct parser *parser) {
    struct sim_wql *wql = parser->wql;
    char **columns;

    if (wql->n_columns >= SIM_WQL_MAX_COLUMNS)
        return bad_query(parser, "too many columns");
    columns = hv_grow(wql->columns, wql->n_columns, sizeof(*columns));
    if (!columns)
        return sim_fail_memory(parser->fault);
    wql->columns = columns;
    columns[wql->n_columns++] = NULL;
    return take_name(parser, &columns[wql->n_columns - 1], "a column name is missing");
}

static bool parse_columns(struct parser *parser) {
    if (at_symbol(parser, "*")) {
        next(parser);
        return true;
    }
    if (!add_column(parser))
        return false;
    while (at_symbol(parser, ",")) {
        next(parser);
        if (!add_column(parser))
            return false;
    }
    return true;
}

static bool parse_within(struct parser *parser) {
    next(parser);
    if (parser->token != TOKEN_NUMBER ||
        !hv_text_u64(value(parser), strlen(value(parser)), 1, SIM_WQL_MAX_WITHIN, &parser->wql->within_s))
        return bad_query(parser, "WITHIN needs a number of seconds");
    next(parser);
    return true;
}

static bool parse_select(struct parser *parser) {
    struct sim_wql *wql = parser->wql;

    if (!parse_columns(parser) || !expect_word(parser, "FROM") || !take_name(parser, &wql->class_name, "a class name is missing"))
        return false;
    if (at_word(parser, "WITHIN") && !parse_within(parser))
        return false;
    if (at_word(parser, "WHERE")) {
        next(parser);
        wql->has_where = true;
        return parse_or(parser, &wql->where);
    }
    return true;
}

/* One of "AssocClass = X"; the names of associators only are refused for references. */
static bool parse_restriction(struct parser *parser) {
    struct sim_wql *wql = parser->wql;
    const struct {
        const char *word;
        bool associators_only;
        char **target;
    } words[] = {
        { "AssocClass", true, &wql->assoc_class },
        { "ResultClass", false, &wql->result_class },
        { "Role", false, &wql->role },
        { "ResultRole", true, &wql->result_role },
    };

    for (size_t i = 0; i < HV_ARRAY_SIZE(words); i++) {
        if (!at_word(parser, words[i].word))
            continue;
        if (*words[i].target || (words[i].associators_only && wql->kind != SIM_WQL_ASSOCIATORS))
            return bad_query(parser, words[i].word);
        next(parser);
        if (!at_symbol(parser, "="))
            return bad_query(parser, "= is missing");
        next(parser);
        return take_name(parser, words[i].target, "a name is missing");
    }
    return bad_query(parser, "a keyword after WHERE is unknown or not supported");
}

static bool parse_association(struct parser *parser, enum sim_wql_kind kind) {
    struct sim_wql *wql = parser->wql;

    wql->kind = kind;
    if (!expect_word(parser, "OF"))
        return false;
    wql->object = parser->token == TOKEN_BRACES ? sim_path_parse(value(parser)) : NULL;
    if (!wql->object)
        return bad_query(parser, "the object path in braces is missing or malformed");
    next(parser);
    if (at_word(parser, "WHERE")) {
        next(parser);
        do {
            if (!parse_restriction(parser))
                return false;
        } while (parser->token != TOKEN_END);
    }
    return true;
}

static bool parse_statement(struct parser *parser) {
    next(parser);
    if (at_word(parser, "SELECT")) {
        next(parser);
        return parse_select(parser);
    }
    if (at_word(parser, "ASSOCIATORS")) {
        next(parser);
        return parse_association(parser, SIM_WQL_ASSOCIATORS);
    }
    if (at_word(parser, "REFERENCES")) {
        next(parser);
        return parse_association(parser, SIM_WQL_REFERENCES);
    }
    return bad_query(parser, "it begins with none of SELECT, ASSOCIATORS OF, REFERENCES OF");
}

bool sim_wql_parse(const char *text, struct sim_wql **ret_wql, struct sim_soap_fault *fault) {
    HV_CLEANUP(sim_wql_free) struct sim_wql *wql = calloc(1, sizeof(*wql));
    struct parser parser = { .at = text, .wql = wql, .fault = fault, .value = HV_BUF_INIT(SIM_WQL_MAX_LENGTH) };
    bool good;

    if (!wql)
        return sim_fail_memory(fault);
    if (strlen(text) > SIM_WQL_MAX_LENGTH)
        return bad_query(&parser, "it is too long");
    good = parse_statement(&parser) && (parser.token == TOKEN_END || bad_query(&parser, "something follows its end"));
    hv_buf_deinit(&parser.value);
    if (!good)
        return false;
    *ret_wql = wql;
    wql = NULL;
    return true;
}
