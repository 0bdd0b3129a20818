"""Operations and learners made up by chance, for tests, benches and a report before there is a class."""
