/* The three functions that the compiler's -wasm-enable-sjlj calls. A longjmp
 * is a WebAssembly exception with the tag __c_longjmp, whose one value points at
 * the environment and the value; each function that calls setjmp catches it,
 * asks __wasm_setjmp_test whether it is meant, and throws it on if it is not.
 */
#include <setjmp.h>

__asm__(".globl __c_longjmp\n"
        ".tagtype __c_longjmp i32\n"
        "__c_longjmp:\n");

enum { TAG_LONGJMP = 1 }; /* the number by which the builtin knows the tag */

void __wasm_setjmp(jmp_buf env, unsigned label, void *frame) {
	env->frame = frame;
	env->label = label;
}

unsigned __wasm_setjmp_test(jmp_buf env, void *frame) {
	return env->frame == frame ? env->label : 0;
}

_Noreturn void __wasm_longjmp(jmp_buf env, int value) {
	env->thrown.env = env;
	env->thrown.value = value ? value : 1;
	__builtin_wasm_throw(TAG_LONGJMP, &env->thrown);
}
