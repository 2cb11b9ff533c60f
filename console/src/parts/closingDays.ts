/* A download that ends within so many days is pointed out. */
export const CLOSING_DAYS = 7;
