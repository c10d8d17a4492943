/* Not one allocation. */
int main(void) { return 0; }
