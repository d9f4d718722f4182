# A network, a load balancer with rules, and services behind it, as Terraform has them. What the two
# variables change, a second apply has to change in place. See terraform.sh.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" { type = string }
variable "port" { type = number }
variable "desired" { default = 1 }
variable "team" { default = "forum" }

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "rehearsal"
  secret_key                  = "rehearsal"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  endpoints {
    ec2   = var.endpoint
    ecr   = var.endpoint
    ecs   = var.endpoint
    elbv2 = var.endpoint
    sts   = var.endpoint
  }
  default_tags {
    tags = { team = var.team }
  }
}

resource "aws_vpc" "forum" {
  cidr_block           = "10.1.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "zone" {
  count                   = 2
  vpc_id                  = aws_vpc.forum.id
  cidr_block              = "10.1.${count.index}.0/24"
  availability_zone       = ["us-east-1a", "us-east-1b"][count.index]
  map_public_ip_on_launch = true
}

resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = aws_vpc.forum.id
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_vpc_security_group_ingress_rule" "http" {
  security_group_id = aws_security_group.web.id
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = 80
  to_port           = 80
  ip_protocol       = "tcp"
}

resource "aws_lb" "demo" {
  name            = "demo"
  internal        = true
  subnets         = aws_subnet.zone[*].id
  security_groups = [aws_security_group.web.id]
  idle_timeout    = 30
}

resource "aws_lb_target_group" "each" {
  for_each             = toset(["api", "users"])
  name                 = each.key
  port                 = 80
  protocol             = "HTTP"
  vpc_id               = aws_vpc.forum.id
  deregistration_delay = 5
  health_check {
    path                = "/"
    interval            = 6
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "aws_lb_target_group" "elsewhere" {
  name                          = "elsewhere"
  port                          = 8080
  protocol                      = "HTTP"
  target_type                   = "ip"
  vpc_id                        = aws_vpc.forum.id
  slow_start                    = 30
  load_balancing_algorithm_type = "round_robin"
  stickiness {
    type            = "lb_cookie"
    cookie_duration = 100
  }
}

resource "aws_lb_target_group_attachment" "elsewhere" {
  target_group_arn = aws_lb_target_group.elsewhere.arn
  target_id        = "127.0.0.1"
  port             = 9999
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.demo.arn
  port              = var.port
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.each["api"].arn
  }
}

resource "aws_lb_listener_rule" "users" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 1
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.each["users"].arn
  }
  condition {
    path_pattern { values = ["/api/users*"] }
  }
}

resource "aws_lb_listener_rule" "weights" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 2
  action {
    type = "forward"
    forward {
      target_group {
        arn    = aws_lb_target_group.each["api"].arn
        weight = 10 * var.desired
      }
      target_group {
        arn    = aws_lb_target_group.elsewhere.arn
        weight = 1
      }
      stickiness {
        enabled  = true
        duration = 600
      }
    }
  }
  condition {
    host_header { values = ["*.example.com"] }
  }
  condition {
    http_header {
      http_header_name = "X-Beta"
      values           = ["yes"]
    }
  }
  condition {
    query_string {
      key   = "team"
      value = var.team
    }
  }
}

resource "aws_lb_listener_rule" "moved" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 3
  action {
    type = "redirect"
    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
  condition {
    path_pattern { values = ["/moved"] }
  }
}

resource "aws_lb_listener_rule" "gone" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 4
  action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      message_body = "gone, says ${var.team}"
      status_code  = "410"
    }
  }
  condition {
    path_pattern { values = ["/gone"] }
  }
}

resource "aws_ecr_repository" "forum" { name = "forum" }

resource "aws_ecs_cluster" "forum" {
  name = "forum"
  setting {
    name  = "containerInsights"
    value = "disabled"
  }
}

resource "aws_ecs_task_definition" "each" {
  for_each = toset(["api", "users"])
  family   = each.key
  container_definitions = jsonencode([{
    name         = each.key
    image        = "${each.key}:v1"
    memory       = 128
    essential    = true
    environment  = [{ name = "TEAM", value = var.team }]
    portMappings = [{ containerPort = 3000, hostPort = 0, protocol = "tcp" }]
  }])
}

resource "aws_ecs_service" "each" {
  for_each                           = toset(["api", "users"])
  name                               = each.key
  cluster                            = aws_ecs_cluster.forum.id
  task_definition                    = aws_ecs_task_definition.each[each.key].arn
  desired_count                      = var.desired
  launch_type                        = "EC2"
  deployment_minimum_healthy_percent = 50
  enable_ecs_managed_tags            = true
  propagate_tags                     = "SERVICE"
  wait_for_steady_state              = true
  depends_on                         = [aws_lb_listener_rule.users]
  load_balancer {
    target_group_arn = aws_lb_target_group.each[each.key].arn
    container_name   = each.key
    container_port   = 3000
  }
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  ordered_placement_strategy {
    type  = "binpack"
    field = "memory"
  }
}
