<?php

require __DIR__ . '/../vendor/autoload.php';

use Visitors\Greeting;

if ($_SERVER['REQUEST_URI'] === '/health') {
    echo 'ok';
    exit;
}
echo (new Greeting())->text();
