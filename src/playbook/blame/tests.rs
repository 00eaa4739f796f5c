mod measured;
