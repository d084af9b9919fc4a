/* Links what hvctl links and does next to nothing: what the loader costs. */
#include <hvctl/error.h>
#include <jansson.h>

int main(void) {
    json_t *value = json_null();

    return hv_error_name(HV_E_FAILED) && json_is_null(value) ? 0 : 1;
}
