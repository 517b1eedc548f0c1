/* Non-local jumps of R across frames of Python.
 *
 * Python calls R functions, and these may jump: to tryCatch(), to a restart, out of callCC(), to the prompt.
 * A longjmp must not cross Python's frames. So the jump is caught here, Python returns normally, and then
 * the jump continues to its target. */

#include <setjmp.h>
#include <R.h>
#include <Rinternals.h>
#include <R_ext/Rdynload.h>

struct evaluation {
  SEXP expression, environment;
};

static SEXP evaluate(void *data) {
  struct evaluation *this = data;
  return Rf_eval(this->expression, this->environment);
}

static void leave(void *target, Rboolean jump) {
  if (jump) {
    longjmp(*(jmp_buf *) target, 1);
  }
}

/* Evaluate an expression. Returns NULL, or, if it jumped, a token with which the jump can be continued. */
SEXP keras_catch_jump(SEXP expression, SEXP environment) {
  SEXP token = PROTECT(R_MakeUnwindCont());
  struct evaluation evaluation = {expression, environment};
  jmp_buf target;
  if (setjmp(target)) {
    UNPROTECT(1);
    return token;
  }
  R_UnwindProtect(evaluate, &evaluation, leave, &target, token);
  UNPROTECT(1);
  return R_NilValue;
}

/* Continue the jump that a token stands for. Its target must still be on R's stack. */
SEXP keras_continue_jump(SEXP token) {
  R_ContinueUnwind(token);
  return R_NilValue; /* not reached */
}

static const R_CallMethodDef methods[] = {
  {"keras_catch_jump", (DL_FUNC) &keras_catch_jump, 2},
  {"keras_continue_jump", (DL_FUNC) &keras_continue_jump, 1},
  {NULL, NULL, 0}
};

void R_init_keras(DllInfo *dll) {
  R_registerRoutines(dll, NULL, methods, NULL, NULL);
  R_useDynamicSymbols(dll, FALSE);
}
