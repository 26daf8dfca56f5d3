;; The loops over every trained number, four numbers at a time. Assembled into optimizerWasm.ts by
;; `npm run build:kernels`. All arithmetic is float32, as in PyTorch; sums of squares are float64.
(module
  ;; Four arrays of 8,192 numbers, 32 KiB each: parameters, gradients, first and second moments.
  (memory (export "memory") 2)

  ;; AdamW, one step over $count numbers, a multiple of 4:
  ;;   g = $scale·g + $l2·x
  ;;   m = $b1·m + $c1·g
  ;;   v = $b2·v + $c2·g²
  ;;   x = $shrink·x − $rate·m / (√v + $least)
  (func (export "adam") (param $count i32)
    (param $scale f32) (param $l2 f32)
    (param $b1 f32) (param $c1 f32) (param $b2 f32) (param $c2 f32)
    (param $shrink f32) (param $rate f32) (param $least f32)
    (local $at i32) (local $end i32)
    (local $x v128) (local $g v128) (local $m v128) (local $v v128)
    (local.set $end (i32.shl (local.get $count) (i32.const 2)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $x (v128.load (local.get $at)))
        (local.set $g
          (f32x4.add
            (f32x4.mul (f32x4.splat (local.get $scale)) (v128.load offset=32768 (local.get $at)))
            (f32x4.mul (f32x4.splat (local.get $l2)) (local.get $x))))
        (local.set $m
          (f32x4.add
            (f32x4.mul (f32x4.splat (local.get $b1)) (v128.load offset=65536 (local.get $at)))
            (f32x4.mul (f32x4.splat (local.get $c1)) (local.get $g))))
        (local.set $v
          (f32x4.add
            (f32x4.mul (f32x4.splat (local.get $b2)) (v128.load offset=98304 (local.get $at)))
            (f32x4.mul (f32x4.mul (f32x4.splat (local.get $c2)) (local.get $g)) (local.get $g))))
        (v128.store offset=65536 (local.get $at) (local.get $m))
        (v128.store offset=98304 (local.get $at) (local.get $v))
        (v128.store (local.get $at)
          (f32x4.sub
            (f32x4.mul (f32x4.splat (local.get $shrink)) (local.get $x))
            (f32x4.div
              (f32x4.mul (f32x4.splat (local.get $rate)) (local.get $m))
              (f32x4.add (f32x4.sqrt (local.get $v)) (f32x4.splat (local.get $least))))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next))))

  ;; Σ x² over the first $count numbers of the memory, a multiple of 8.
  (func (export "sumOfSquares") (param $count i32) (result f64)
    (local $at i32) (local $end i32) (local $x v128) (local $y v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $end (i32.shl (local.get $count) (i32.const 2)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $at))))
        (local.set $a (f64x2.add (local.get $a) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $y (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $at))))
        (local.set $b (f64x2.add (local.get $b) (f64x2.mul (local.get $y) (local.get $y))))
        (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero offset=16 (local.get $at))))
        (local.set $c (f64x2.add (local.get $c) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $y (f64x2.promote_low_f32x4 (v128.load64_zero offset=24 (local.get $at))))
        (local.set $d (f64x2.add (local.get $d) (f64x2.mul (local.get $y) (local.get $y))))
        (local.set $at (i32.add (local.get $at) (i32.const 32)))
        (br $next)))
    (local.set $a
      (f64x2.add (f64x2.add (local.get $a) (local.get $b)) (f64x2.add (local.get $c) (local.get $d))))
    (f64.add (f64x2.extract_lane 0 (local.get $a)) (f64x2.extract_lane 1 (local.get $a)))))
