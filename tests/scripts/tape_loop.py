"""A loop of one's own with a GradientTape: in Python, or with `--compiled` inside a tf.function."""

import argparse
import json

import keras
import tensorflow as tf

parser = argparse.ArgumentParser()
parser.add_argument("out")
parser.add_argument("--compiled", action="store_true")
parser.add_argument("--steps", type=int, default=60)
options = parser.parse_args()

keras.utils.set_random_seed(4)
x = tf.random.normal((32, 6), seed=5)
y = tf.reduce_sum(tf.square(x), axis=1, keepdims=True)
model = keras.Sequential(
    [keras.Input((6,)), keras.layers.Dense(12, activation="relu"), keras.layers.Dense(1)]
)
optimizer = keras.optimizers.Adam(0.01)


def step():
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(y - model(x)))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


take_step = tf.function(step) if options.compiled else step
losses = [float(take_step()) for _ in range(options.steps)]
print("last", losses[-1], "after", int(optimizer.iterations.numpy()))
with open(options.out, "w") as file:
    json.dump(losses, file)
