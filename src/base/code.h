/* The one table of numbers that hosts answer with: what each means in plain words, what helps, and which error class it is. */
#ifndef BASE_CODE_H
#define BASE_CODE_H

#include <hvctl/error.h>

enum hv_code_space {
    HV_CODE_WSMAN,        /* WSManFault Code 0x8033xxxx (wsman.md 5.4) */
    HV_CODE_WIN32,        /* WSManFault Code below 0x10000, and the low half of 0x8007xxxx */
    HV_CODE_WMI,          /* WMI HRESULT 0x8004xxxx (wsman.md 5.2) */
    HV_CODE_MIGRATION,    /* HRESULT in messages of Hyper-V (hyperv.md 7.1) */
    HV_CODE_CIM_STATUS,   /* CIMStatusCode (wsman.md 5.2) */
    HV_CODE_RETURN_VALUE, /* of methods of root/virtualization/v2, the CIM family 1 to 6 included (hyperv.md 2.1, 7.4) */
    HV_CODE_JOB,          /* ErrorCode of a job; thought to be of the same family (hyperv.md 3.3) */
    HV_CODE_SIGN_IN,      /* NTSTATUS and SECURITY_STATUS that a host answers credentials with (MS-CSSP 2.2.1, MS-ERREF 2.3) */
};

struct hv_code {
    enum hv_code_space space;
    uint32_t code;
    const char *name;    /* symbolic, as headers and documents write it */
    const char *meaning; /* a clause without full stop: "the VM is in use by another operation" */
    const char *remedy;  /* one a line, NULL when there is none */
    int error;           /* enum hv_error_code */
};

/* NULL when the table does not know it. */
const struct hv_code *hv_code_find(enum hv_code_space space, uint32_t code);

/* For a 32-bit value whose origin only its bits tell: WS-Man, WMI, migration, then 0x8007xxxx and small numbers as Win32. */
const struct hv_code *hv_code_find_hresult(uint32_t code);

#endif
