<?php

namespace Visitors;

final class Greeting
{
    public function text(): string
    {
        return 'Welcome.';
    }
}
