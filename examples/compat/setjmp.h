/* setjmp.h for C libraries that lack it, on WebAssembly's exception handling.
 *
 * Compile with -fwasm-exceptions -mllvm -wasm-enable-sjlj, which turns the
 * calls of setjmp below into the calls that sjlj.c answers.
 */
#ifndef COMPAT_SETJMP_H
#define COMPAT_SETJMP_H

typedef struct {
	void *frame;         /* which call of the function that called setjmp */
	unsigned label;      /* which setjmp in that function */
	struct {
		void *env;
		int value;
	} thrown;            /* what longjmp throws: a pointer to this */
} jmp_buf[1];

int setjmp(jmp_buf env) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf env, int value);

#endif
